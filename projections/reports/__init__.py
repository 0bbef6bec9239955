"""Reports as the interfaces fix them, and as frames for tables and spreadsheets."""
