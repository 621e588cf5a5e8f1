import Coordination
import Testing

/// Which workers that come and go are told of.
@Suite struct ComingsTests {
    private func comes(_ worker: String) -> RunEvent { .joined(worker: worker, processor: "", numerics: "") }

    @Test func workersThatComeAndGoAllTheTimeDoNotFillTheRecord() {
        var (comings, told) = (Comings(), [RunEvent.Kind: Int]())
        // A day in which a worker is started again each second and fails.
        for second in 0..<86_400 {
            for event in [comes("lab:\(second)"), .failed(worker: "lab:\(second)", reason: "")] {
                for one in comings.told(event, at: .seconds(second)) { told[one.kind, default: 0] += 1 }
            }
        }
        let most = Comings.atOnce + Int(Duration.seconds(86_400) / Comings.onePer) + 1
        #expect((most / 2...most).contains(told[.joined] ?? 0) && told[.failed] == told[.joined])
        #expect(told[.comingsMuted] == 1)
    }

    @Test func whoWasNotToldOfAsItCameIsNotToldOfAsItGoes() {
        var comings = Comings()
        for i in 0..<Comings.atOnce { #expect(comings.told(comes("lab:\(i)"), at: .zero).count == 1) }
        #expect(comings.told(comes("late:1"), at: .zero) == [.comingsMuted])
        #expect(comings.told(.left(worker: "late:1"), at: .zero).isEmpty)
        #expect(comings.told(.left(worker: "lab:1"), at: .zero) == [.left(worker: "lab:1")])
        // What it did is told in any case.
        let lie = RunEvent.lied(worker: "late:1", step: 0, leaves: 0..<1, since: nil)
        #expect(comings.told(lie, at: .zero) == [lie])
        // Later there is room again.
        #expect(comings.told(comes("late:1"), at: Comings.onePer) == [comes("late:1")])
        #expect(comings.told(.left(worker: "late:1"), at: Comings.onePer).count == 1)
    }
}
