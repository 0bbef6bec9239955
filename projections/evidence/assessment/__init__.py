"""The judgement of a case: what can be argued, what is missing, what to do (interfaces.md 7.1)."""
