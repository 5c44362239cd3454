"""What the applicant of every benchmark says: twenty fields."""

from __future__ import annotations

from typing import Any

FIELDS: dict[str, Any] = {
    "shop_name": "江城市同心大药房",
    "shop_type": "single",
    "credit_code": "91110105MA01ABCD2X",
    "legal_representative": "周国富",
    "legal_representative_mobile": "13700002468",
    "premises_address": "江城市东城区政务路12号一层",
    "premises_area": 120,
    "warehouse_area": 40,
    "drug_scope": ["otc-b", "rx-otc-a"],
    "class_ii": True,
    "class_iii": False,
    "food": True,
    "signboard": False,
    "staff": 8,
    "pharmacists": 2,
    "opening_hours": "08:00-21:00",
    "computer_system": "连锁总部统一部署",
    "cold_chain": False,
    "handled_by": "legal-representative",
    "remarks": "首次申请",
}
