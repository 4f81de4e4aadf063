"""What mentors attest without an account, by link: log entries, work habits, the agreement."""
