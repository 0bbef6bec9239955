"""Communications sent to and received from patients."""
