import Service
import Testing

/// Whether a worker process that ended is followed by another one.
struct ReplacementTests {
    private func nexts(_ count: Int, after seconds: Int, hasJoined: Bool, isKilled: Bool) -> [Replacement.Next] {
        var replacement = Replacement()
        return (0..<count).map { _ in
            replacement.onStart()
            if hasJoined { replacement.onJoined() }
            return replacement.onEnd(after: .seconds(seconds), isKilled: isKilled)
        }
    }

    @Test(arguments: [true, false])
    func aWorkerThatWorkedIsFollowedByAnotherHoweverOften(isKilled: Bool) {
        let nexts = nexts(10, after: 60, hasJoined: true, isKilled: isKilled)
        #expect(nexts.allSatisfy { $0 == .now })
    }

    @Test(arguments: [true, false])
    func oneThatEndsSoonAfterItJoinedIsTooButEachTimeLater(isKilled: Bool) {
        let nexts = nexts(40, after: 1, hasJoined: true, isKilled: isKilled)
        #expect(nexts.prefix(3) == [.now, .now, .now])
        #expect(nexts.dropFirst(3).prefix(3) == [.after(.seconds(0.25)), .after(.seconds(0.5)), .after(.seconds(1))])
        #expect(nexts.last == .after(.seconds(30)))
    }

    @Test func oneThatWorksForLongerIsFollowedAtOnceAgain() {
        var replacement = Replacement()
        for _ in 0..<6 {
            replacement.onStart()
            replacement.onJoined()
            _ = replacement.onEnd(after: .seconds(1), isKilled: true)
        }
        let next = replacement.onEnd(after: .seconds(60), isKilled: true)
        #expect(next == .now)
    }

    @Test func oneThatGaveUpWithoutHavingBeenHeardOfIsTheLast() {
        #expect(nexts(1, after: 60, hasJoined: false, isKilled: false) == [.never])
    }

    @Test func oneThatWorkedBeforeDoesNotSpeakForTheNext() {
        var replacement = Replacement()
        replacement.onStart()
        replacement.onJoined()
        let first = replacement.onEnd(after: .seconds(90), isKilled: false)
        #expect(first == .now)
        replacement.onStart()
        // It gave up by itself; a few more do, ever later.
        let later = (0..<10).map { _ in
            replacement.onStart()
            return replacement.onEnd(after: .seconds(60), isKilled: false)
        }
        #expect(later.prefix(2) == [.after(.seconds(0.25)), .after(.seconds(4))])
        #expect(later.firstIndex(of: .never) == 5)
    }

    /// What stands in the way may pass, like a folder of the network that is away.
    @Test func thoseThatEndAtOnceAfterOneWorkedAreFollowedForMinutes() {
        var replacement = Replacement()
        replacement.onStart()
        replacement.onJoined()
        var (waited, ends) = (Duration.zero, 0)
        var next = replacement.onEnd(after: .seconds(90), isKilled: true)
        while next != .never, ends < 1000 {
            replacement.onStart()
            next = replacement.onEnd(after: .milliseconds(20), isKilled: false)
            ends += 1
            if case .after(let delay) = next { waited += delay }
        }
        #expect(next == .never && waited > .seconds(300) && waited < .seconds(900), "\(ends) ends in \(waited)")
    }

    @Test(arguments: [true, false])
    func theThirdThatEndsAtOnceWithoutHavingBeenHeardOfIsTheLast(isKilled: Bool) {
        #expect(nexts(3, after: 1, hasJoined: false, isKilled: isKilled) == [.now, .now, .never])
    }

    @Test func oneThatIsKilledBeforeItJoinedIsFollowedByAnother() {
        #expect(nexts(1, after: 20, hasJoined: false, isKilled: true) == [.now])
    }
}
