"""The daemon behind the real proxies, with the very examples of config/proxies."""
