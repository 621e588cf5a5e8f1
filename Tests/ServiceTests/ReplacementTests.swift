import Service
import Testing

/// Whether a worker process that ended is followed by another one.
struct ReplacementTests {
    @Test func aWorkerThatWorkedIsFollowedByAnotherHoweverOften() {
        var replacement = Replacement()
        for _ in 0..<10 {
            replacement.onStart()
            replacement.onJoined()
            let isFollowed = replacement.onEnd(after: .seconds(60), isKilled: true)
            #expect(isFollowed)
        }
    }

    @Test func oneThatGaveUpWithoutHavingBeenHeardOfIsTheLast() {
        var replacement = Replacement()
        replacement.onStart()
        let isFollowed = replacement.onEnd(after: .seconds(60), isKilled: false)
        #expect(!isFollowed)
    }

    @Test func oneThatWorkedBeforeDoesNotSpeakForTheNext() {
        var replacement = Replacement()
        replacement.onStart()
        replacement.onJoined()
        let isFirstFollowed = replacement.onEnd(after: .seconds(90), isKilled: false)
        #expect(isFirstFollowed)
        replacement.onStart()
        let isFollowed = replacement.onEnd(after: .seconds(60), isKilled: false)
        #expect(!isFollowed)
    }

    @Test(arguments: [(false, true), (false, false), (true, false)])
    func theThirdThatEndsAtOnceIsTheLast(hasJoined: Bool, isKilled: Bool) {
        var replacement = Replacement()
        let answers = (0..<3).map { _ in
            replacement.onStart()
            if hasJoined { replacement.onJoined() }
            return replacement.onEnd(after: .seconds(1), isKilled: isKilled)
        }
        #expect(answers == [true, true, false])
    }

    @Test func oneThatIsKilledBeforeItJoinedIsFollowedByAnother() {
        var replacement = Replacement()
        replacement.onStart()
        let isFollowed = replacement.onEnd(after: .seconds(20), isKilled: true)
        #expect(isFollowed)
    }
}
