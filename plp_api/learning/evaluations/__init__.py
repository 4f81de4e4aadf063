"""What others say of an ELO: work habits, presentation, evaluation by rubric."""
