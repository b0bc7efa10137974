"""Judgement against an independent oracle."""
