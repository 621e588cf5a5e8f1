import Coordination
import Testing

/// Which workers that come and go are told of.
@Suite struct ComingsTests {
    private func comes(_ worker: String) -> RunEvent { .joined(worker: worker, processor: "", numerics: "") }

    /// Comings when as many have joined as are told of at once.
    private func full() -> Comings {
        var comings = Comings()
        for i in 0..<Comings.atOnce { #expect(comings.told(comes("lab:\(i)"), at: .zero) == [comes("lab:\(i)")]) }
        return comings
    }

    @Test func workersThatComeAndGoAllTheTimeDoNotFillTheRecord() {
        var (comings, told) = (Comings(), [RunEvent.Kind: Int]())
        // A day in which a worker is started again each second and fails.
        for second in 0..<86_400 {
            let name = "lab:\(second)"
            for event in [comes(name), .failed(worker: name, reason: "")] {
                for one in comings.told(event, at: .seconds(second)) { told[one.kind, default: 0] += 1 }
            }
        }
        let most = Comings.atOnce + Int(Duration.seconds(86_400) / Comings.onePer) + 1
        #expect((most / 2...most).contains(told[.joined] ?? 0) && told[.failed] == told[.joined])
        #expect(told[.comingsMuted] == 1)
    }

    @Test func whoWasNotToldOfAsItCameIsNotToldOfAsItGoes() {
        var comings = full()
        #expect(comings.told(comes("late:1"), at: .zero) == [.comingsMuted])
        #expect(comings.told(.cutOff(worker: "late:1"), at: .zero).isEmpty)
        // What it did is told in any case.
        let lie = RunEvent.lied(worker: "late:1", step: 0, leaves: 0..<1, since: nil)
        #expect(comings.told(lie, at: .zero) == [lie])
        #expect(comings.told(.ended(process: 1, worker: "late:1", how: ""), at: .zero).isEmpty)
        #expect(comings.told(.left(worker: "lab:1"), at: .zero) == [.left(worker: "lab:1")])
        // Later there is room again.
        #expect(comings.told(comes("late:1"), at: Comings.onePer) == [comes("late:1")])
        #expect(comings.told(.left(worker: "late:1"), at: Comings.onePer).count == 1)
    }

    @Test func whoStaysIsToldOf() {
        var comings = full()
        for name in ["late:1", "late:2"] { _ = comings.told(comes(name), at: .zero) }
        _ = comings.told(.left(worker: "late:2"), at: .zero)
        let step = RunEvent.stepDone(step: 1, figures: [], workers: 1)
        #expect(comings.told(step, at: Comings.stay / 2) == [step])
        #expect(comings.told(step, at: Comings.stay) == [comes("late:1"), step])
        #expect(comings.told(.left(worker: "late:1"), at: Comings.stay) == [.left(worker: "late:1")])
    }
}
