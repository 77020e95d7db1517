"""Pages of what customers are written: consents, where to ask next, automations, texts."""
