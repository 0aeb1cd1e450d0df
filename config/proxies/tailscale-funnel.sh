#!/bin/sh
# Tailscale Funnel before ifttt-bridge. Run it once, as root or as Tailscale's operator: Funnel remembers it over
# restarts. README.md beside this file tells the rest. To take it back, with all else that Funnel shows:
# tailscale funnel reset
set -eu

# Only what IFTTT calls. Funnel takes the path away before it hands a request on, so the target names it again. It
# answers 404 to everything else by itself.
tailscale funnel --bg --https=443 --set-path=/ifttt/v1 http://127.0.0.1:8080/ifttt/v1
tailscale funnel --bg --https=443 --set-path=/oauth http://127.0.0.1:8080/oauth

tailscale funnel status
