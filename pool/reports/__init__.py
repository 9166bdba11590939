"""The paper room: firm reports and cost statements as PDF, made of plain values. docs/reports.md explains it."""
