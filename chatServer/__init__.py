"""The chat-registry server: history API, turns and channels over one Supabase."""
