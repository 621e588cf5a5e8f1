import Messaging

extension Socket {
    /// Takes messages as they come until `take` makes something of one.
    ///
    /// - Throws: what `take` throws, and a failure that says `lacking` when nothing of the kind came within a minute.
    func waits<Taken>(lacking: String, _ take: ([Frame]) throws -> Taken?) throws -> Taken {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            guard let frames = try receive() else {
                try Poller.wait(for: self, timeout: .milliseconds(100))
                continue
            }
            if let taken = try take(frames) { return taken }
        }
        throw Pretraining.Failure(text: lacking)
    }
}
