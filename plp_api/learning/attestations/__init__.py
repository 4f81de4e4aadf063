"""What mentors attest without an account, by link: log entries, work habits, the agreement.

One link bundles what waits for one mentor at the ELOs that its issuer reaches. What waits is
worked out at each use, and so is who may: a mentor who left, or was replaced, finds their link
ended. `waiting` alone calls the areas whose records are attested. The page speaks the mentor's
language (`words`), needs no script, and shows nothing before the holder goes on.
"""
