"""Lists over everything of a kind: visits, payments, requests for approval."""
