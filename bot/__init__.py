"""The conversation: channels, dialogue, desk, store. Imports intents and knowledge."""
