"""A state of every version that was ever written goes on for ever: one golden state each.

When the version of the state changes, the golden state of the old one stays and must be upgraded on load.
"""

from datetime import date
from decimal import Decimal

import pytest

from engine.runtime import JobDone, snapshot
from engine.values import ClockMark, YearsMonths
from tests.engine.runtime.diagrams import Case, calls, diagram, ext, io, job

VARIABLES = {
    "n": 1, "share": Decimal("0.10"), "day": date(2026, 11, 23), "term": YearsMonths(60),
    "$": {"$": ["n", "1"]}, "mark": ClockMark("promised", "80%"), "people": ["a", "b"],
    "nothing": None, "no": False,
}  # fmt: skip


def files() -> dict[str, bytes]:
    """One token in each state that can be stored."""
    text = """
        start s
        and f
        user a
        also timer reminder on a R5/PT1H
        catch clock timer =mark
        catch hear message told n
        service work
        sub body {
        start i
        user inner
        i -> inner
        }
        call c
        user each
        xor bad
        end gone
        and j
        user after
        event asked {
        also start ask message question
        user answer
        ask -> answer
        }
        s -> f -> a -> j -> after
        f -> clock -> j
        f -> hear -> j
        f -> work -> j
        f -> body -> j
        f -> c -> j
        f -> each -> j
        f -> bad
        bad -> j if n = 2
        bad -> gone if n = 3
        f -> j
    """
    loop = ext('<zeebe:loopCharacteristics inputCollection="=people" inputElement="person"/>')
    inside = {
        "work": ext(job("w"), io({"x": "n + 1"})),
        "c": ext(calls("q", all_in=False), io({"item": '"P2"'})),
        "each": f"<multiInstanceLoopCharacteristics>{loop}</multiInstanceLoopCharacteristics>",
    }
    return {"p.bpmn": diagram(text, inside), "q.bpmn": diagram("user called", process="q")}


#: Written by the first release; neither is ever to be changed.
VERSION_1 = (
    b'{"v":1,"c":"eb0b72c1","b":{"n":29,"s":[[1,"process","p","",null,null,{"$":["c",{"n":1,"share":{'
    b'"$":["n","0.10"]},"day":{"$":["d","2026-11-23"]},"term":{"$":["ym",60]},"$":{"$":["c",{"$":["n"'
    b',"1"]}]},"mark":{"$":["cm","promised","80%"]},"people":["a","b"],"nothing":null,"no":false}]},n'
    b'ull],[17,"subprocess","p","body",1,7,{},null],[19,"call","q","c",1,8,{"item":"P2"},null],[21,"m'
    b'ulti","p","each",1,9,{},{"items":["a","b"],"next":2,"done":0,"results":[null,null]}]],"t":[[3,1'
    b',"a","active","f4",{},{}],[4,1,"clock","active","f7",{},{}],[5,1,"hear","active","f9",{},{}],[6'
    b',1,"work","active","f11",{"x":2},{}],[7,1,"body","active","f13",{},{}],[8,1,"c","active","f15",'
    b'{"item":"P2"},{}],[9,1,"each","active","f17",{},{}],[10,1,"bad","failed","f19",{},{}],[11,1,"j"'
    b',"joining","f22",{},{}],[18,17,"inner","active","f1",{},{}],[20,19,"called","active",null,{},{}'
    b'],[22,21,"each","active",null,{"loopCounter":1,"person":"a"},{}],[23,21,"each","active",null,{"'
    b'loopCounter":2,"person":"b"},{}]],"w":[[2,"message",1,null,"ask","question"],[12,"timer",1,3,"r'
    b'eminder","",null,{"$":["dt","2026-11-23T02:00:00+00:00"]},[5,0,3600000000]],[13,"task",1,3,"a",'
    b'""],[14,"timer",1,4,"clock","",null,{"$":["cm","promised","80%"]}],[15,"message",1,5,"hear","to'
    b'ld","1"],[16,"job",1,6,"work",""],[24,"task",19,20,"called",""],[25,"task",21,22,"each",""],[26'
    b',"task",21,23,"each",""],[28,"task",17,18,"inner",""]],"i":[[27,10,"leave","no-flow"]]}}'
)
#: Written by the second.
VERSION_2 = (
    b'{"v":2,"c":"86e6fe65","b":{"n":29,"s":[[1,"process","p","",null,null,{"$":["c",{"n":1,"share":{"$'
    b'":["n","0.10"]},"day":{"$":["d","2026-11-23"]},"term":{"$":["ym",60]},"$":{"$":["c",{"$":["n","1"'
    b']}]},"mark":{"$":["cm","promised","80%"]},"people":["a","b"],"nothing":null,"no":false}]}],[17,"s'
    b'ubprocess","p","body",1,7],[19,"call","q","c",1,8,{"item":"P2"}],[21,"multi","p","each",1,9,{},{"'
    b'next":2,"done":0,"items":["a","b"],"total":2}]],"t":[[3,1,"a","active","f4"],[4,1,"clock","active'
    b'","f7"],[5,1,"hear","active","f9"],[6,1,"work","active","f11",{"x":2}],[7,1,"body","active","f13"'
    b'],[8,1,"c","active","f15",{"item":"P2"}],[9,1,"each","active","f17"],[10,1,"bad","failed","f19"],'
    b'[11,1,"j","joining","f22"],[18,17,"inner","active","f1"],[20,19,"called","active"],[22,21,"each",'
    b'"active",null,{"loopCounter":1,"person":"a"}],[23,21,"each","active",null,{"loopCounter":2,"perso'
    b'n":"b"}]],"w":[[2,"message",1,null,"ask","question"],[12,"timer",1,3,"reminder","",null,{"$":["dt'
    b'","2026-11-23T02:00:00+00:00"]},[5,0,3600000000],{"$":["dt","2026-11-23T01:00:00+00:00"]}],[13,"t'
    b'ask",1,3,"a"],[14,"timer",1,4,"clock","",null,{"$":["cm","promised","80%"]},null,{"$":["dt","2026'
    b'-11-23T01:00:00+00:00"]}],[15,"message",1,5,"hear","told","1"],[16,"job",1,6,"work"],[24,"task",1'
    b'9,20,"called"],[25,"task",21,22,"each"],[26,"task",21,23,"each"],[28,"task",17,18,"inner"]],"i":['
    b'[27,10,"leave","no-flow"]]}}'
)


@pytest.mark.parametrize("stored", [VERSION_1, VERSION_2], ids=["version 1", "version 2"])
def test_a_state_of_an_earlier_version_is_read_and_goes_on_to_its_end(stored: bytes) -> None:
    case = Case(files(), VARIABLES)
    assert snapshot(stored) == case.view
    assert case.variables == VARIABLES
    case.state = stored
    case.fire("reminder")
    case.fire("clock")
    case.message("question")
    case.message("told", "1")
    case.resolve("work", JobDone())
    case.retry(n=2)
    for task in ("a", "inner", "called", "each", "each", "answer"):
        case.complete(task)
    assert case.tasks == ["after"]
    case.complete("after")
    assert case.ended
