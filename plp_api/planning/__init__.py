"""Plans: versions and their parts, signatures, reviews, prints, and signing without an account."""
