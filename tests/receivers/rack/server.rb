# Starts the receiver with Puma. In the place of `puma config.ru`, for the tests' sake only: it tells the port.

require_relative 'plumbing'

Plumbing.serve
