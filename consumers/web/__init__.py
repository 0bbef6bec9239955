"""The front desk's page: it shows what the API answers, and reckons nothing itself."""
