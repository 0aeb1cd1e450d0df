"""Mutation testing of the core: each small change of it is to be noticed by a test."""
