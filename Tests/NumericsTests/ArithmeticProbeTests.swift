import Numerics
import Testing

@Test func aLaterProcessOfARunNamesWhoseArithmeticItsOwnDiffersFrom() {
    let own = ArithmeticProbe(ofThisProcess: "new")
    #expect(ArithmeticProbe(ofThisProcess: "new").remembered(beside: own) == own)
    #expect(ArithmeticProbe(digest: "new", name: "lab1:4711").remembered(beside: own) == own)
    #expect(ArithmeticProbe(ofThisProcess: "old").remembered(beside: own).name == "an earlier process of this run")
    #expect(ArithmeticProbe(digest: "old", name: "lab1:4711").remembered(beside: own).name == "lab1:4711")
}
