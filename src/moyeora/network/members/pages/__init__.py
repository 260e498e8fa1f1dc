"""The pages of members: each reads, or calls one action and goes on."""
