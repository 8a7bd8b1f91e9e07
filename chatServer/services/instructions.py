"""What a model is told beside the messages of a session."""

INSTRUCTIONS = "You are a helpful assistant. Answer in Markdown."

GO_ON = "Go on exactly where your text stops. Do not repeat any of it, and do not comment on this."
"""Follows an answer that broke off; most providers know no other way to go on with one."""
