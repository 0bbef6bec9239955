"""Reports as pictures: SVG and PNG, the same bytes for the same figures."""
