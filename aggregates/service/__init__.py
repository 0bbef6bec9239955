"""Services: what can be delivered, at which list price."""
