"""The plan: its versions and parts, signatures, reviews, prints, and signing without an account."""
