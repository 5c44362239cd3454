"""What several departments at once need of a bundle: a way out of each item, and a policy with its basis."""

from engine.bundles import check_bundle, read_bundle
from engine.findings import Severity

GROUPS = {"stall.review", "stall.decide", "stall.verify"}
WAY_OUT = b"=terminated_B = true"


def found(files, severity=None):
    return {
        (finding.code, finding.element)
        for finding in check_bundle(files, "open-stall", known_groups=GROUPS)
        if severity is None or finding.severity is severity
    }


def under(files, policy, basis="act"):
    line = f'refused_item_policy = "{policy}"' + (f'\nrefused_item_basis = "{basis}"' if basis else "")
    content = files["bundle.toml"].replace(b'refused_item_policy = "continue"', line.encode())
    return {**files, "bundle.toml": content}


def test_an_item_that_cannot_end_alone_is_a_warning_where_nothing_ends_by_rule(files):
    files["stall.bpmn"] = files["stall.bpmn"].replace(WAY_OUT, b"=other = true")
    assert ("item-cannot-end-alone", "call-B") in found(files, Severity.WARNING)


def test_and_an_error_where_the_bundle_ends_the_rest(files):
    files["stall.bpmn"] = files["stall.bpmn"].replace(WAY_OUT, b"=other = true")
    assert ("item-cannot-end-alone", "call-B") in found(under(files, "stop"), Severity.ERROR)


def test_a_policy_needs_its_basis_and_its_process(files):
    findings = found(under(files, "stop", basis=""), Severity.ERROR)
    assert ("policy-without-basis", "refused_item_basis") in findings
    assert ("missing-reference", "process.shared") in findings
    assert ("policy-without-basis", "refused_item_basis") not in found(under(files, "ask"), Severity.ERROR)


def test_another_policy_is_refused(files):
    assert {element for _, element in found(under(files, "shrug"), Severity.ERROR)} >= {"refused_item_policy"}


def test_the_bundle_says_what_its_policy_rests_on(files):
    bundle = read_bundle(under(files, "ask"))
    assert bundle.refused_item_policy == "ask"
    assert bundle.refused_item_basis.zh
    assert bundle.item("B").termination_variable == "terminated_B"
