import ArgumentParser

/// What workers and relays are given alike.
enum PeerArguments {
    /// Refuses a patience that is no time, and a folder without a name.
    static func check(patience: Double, cache: String?) throws {
        if cache?.isEmpty ?? false { throw ValidationError("--cache needs the name of a folder") }
        if !(patience > 0 && patience <= 1e8) {
            throw ValidationError("--patience must be a number of seconds up to 1e8, not \(patience)")
        }
    }
}
