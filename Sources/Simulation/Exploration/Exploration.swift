import Coordination

/// One `Training` and a few `Employment`s in every order in which messages, computing and time can follow one another,
/// with every place that so many faults can have.
///
/// A state that was reached before is not gone on from again. Where a `Simulation` draws among endless schedules, this
/// leaves none out, of the smallest sizes. Messages of one connection keep their order. Time passes where nothing else
/// can happen; that it passes sooner is a fault, as is a connection that breaks, a message that comes twice, a process
/// that dies, and, where all answers are compared, a sum of other numbers.
package struct Exploration: Sendable {
    /// What is explored.
    package struct Size: Equatable, Sendable {
        /// Workers, of one thread each, with the dataset, without shared memory.
        package var workers = 2
        /// Leaves a round.
        package var leaves = 2
        /// Rounds.
        package var rounds = 2
        /// In how many parts vectors travel.
        package var parts = 1
        /// How many faults there are at most.
        package var faults = 0
        /// Whether two compute each leaf, and whoever is alone with its numbers is found out.
        package var isAudited = false
        /// Whether the exchange is delayed: two rounds are computed at once.
        package var isDelayed = false
        /// How many keys the workers have, in turn; nil where nobody needs one.
        package var keys: Int?

        /// Two workers, two leaves, two rounds, no faults.
        package init() {}
    }
    /// How much there was.
    package struct Tally: Equatable, Sendable {
        /// Different states.
        package internal(set) var states = 0
        /// What led from one to another.
        package internal(set) var moves = 0
        /// Different states in which the job was over.
        package internal(set) var ends = 0
        /// The most moves from the beginning to an end on the ways that were gone.
        package internal(set) var longest = 0
    }
    private final class Trace {
        let move: ExploredWorld.Move
        let before: Trace?
        let length: Int

        init(_ move: ExploredWorld.Move, after before: Trace?) {
            (self.move, self.before, length) = (move, before, (before?.length ?? 0) + 1)
        }

        deinit {}
    }
    private let size: Size
    private let quirk: Simulation.Quirk?

    /// An exploration that has not begun.
    package init(_ size: Size, quirk: Simulation.Quirk? = nil) { (self.size, self.quirk) = (size, quirk) }

    /// Goes all ways.
    ///
    /// - Parameter progress: told of the tally from time to time; false ends the exploration.
    /// - Returns: how many there were.
    /// - Throws: where a way leads to what no run may do, or nowhere, with the moves of that way.
    package func finish(progress: (Tally) -> Bool = { _ in true }) throws(Simulation.Failure) -> Tally {
        var tally = Tally()
        var known: Set<UInt64> = []
        let first = ExploredWorld(size, quirk)
        var open: [(world: ExploredWorld, trace: Trace?)] = [(first, nil)]
        known.insert(first.fingerprint)
        while let (world, trace) = open.popLast() {
            tally.states += 1
            if tally.states % 10_000 == 0, !progress(tally) { return tally }
            for move in world.moves {
                var next = world
                let path = Trace(move, after: trace)
                do throws(Simulation.Failure) { try next.make(move) } catch { throw failure(error, path) }
                tally.moves += 1
                tally.longest = max(tally.longest, path.length)
                guard known.insert(next.fingerprint).inserted else { continue }
                if next.isOver { tally.ends += 1 } else { open.append((next, path)) }
            }
        }
        return tally
    }

    private func failure(_ failure: Simulation.Failure, _ trace: Trace) -> Simulation.Failure {
        var moves: [String] = []
        var at: Trace? = trace
        while let one = at {
            moves.append("\(one.move)")
            at = one.before
        }
        return Simulation.Failure(
            description: "\(failure.description)\nafter \(moves.reversed().joined(separator: "\n      "))")
    }
}
