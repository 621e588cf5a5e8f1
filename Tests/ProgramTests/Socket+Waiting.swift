import Messaging

extension Socket {
    /// Takes messages as they come until `take` makes something of one.
    ///
    /// - Throws: what `take` throws, and a failure that says `lacking` where nothing of the kind came in that time.
    func waits<Taken>(lacking: String, patience: Duration = .seconds(60), _ take: ([Frame]) throws -> Taken?) throws
        -> Taken
    {
        let deadline = ContinuousClock.now + patience
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
