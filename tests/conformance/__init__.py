"""Runs public conformance suites against this installation: `make conformance SUITES=<folder>`."""
