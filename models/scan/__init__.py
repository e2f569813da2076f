"""The kNN scan: places in meaning where more is written, recently, than chance allows."""

from __future__ import annotations

from models.scan.scanning import InvalidScan, Region, ScanConfig, ScanResult, scan

__all__ = ["InvalidScan", "Region", "ScanConfig", "ScanResult", "scan"]
