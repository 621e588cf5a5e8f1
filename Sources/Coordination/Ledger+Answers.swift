package import Wire

/// What comes of the leaves that were given out.
extension Ledger {
    /// Answers that nobody is left to compare with: they are taken as they are, or the coordinator has to compute their
    /// leaves, which are in dispute then.
    ///
    /// - Parameters:
    ///   - comparable: the workers that could give a second answer within reasonable time.
    ///   - areDisputed: whether the coordinator computes them.
    /// - Returns: the answers, one for each run of leaves.
    mutating func takeUnaudited(comparable: Set<WorkerID>, areDisputed: Bool) -> [Claim.Answer] {
        guard isAudited else { return [] }
        return assignments.keys.sorted().compactMap { first in
            guard let assignment = assignments[first], !assignment.isDisputed, assignment.finders.isEmpty,
                let answer = assignment.answers.first, comparable.allSatisfy({ areOneParty($0, answer.worker) })
            else { return nil }
            if areDisputed { dispute(first) } else { settle(first) }
            return answer
        }
    }

    /// Why a report can't be taken: it is late, repeated or unasked; nil for one of just what its worker was given.
    package func fault(of report: LeafReport, from worker: WorkerID) -> Refusal? {
        guard report.round == round else {
            return Refusal(.staleRound, "exchange \(round) is in hand, not exchange \(report.round)")
        }
        guard let claim = claims[worker], claim.id == report.claim, claim.leaves == report.leaves else {
            return Refusal(.notAssigned, "leaves \(report.leaves) of exchange \(round) are not this worker's")
        }
        if case .nodes(let nodes) = report.content, nodes.map(\.leaves) != shape.nodes(in: claim.leaves) {
            return Refusal(.notAssigned, "the nodes of leaves \(report.leaves) are others")
        }
        return nil
    }

    /// Whether a worker's answer is to be compared with another one's before it is taken.
    func isCompared(_ worker: WorkerID) -> Bool {
        claims[worker].flatMap { assignments[$0.leaves.lowerBound] }?.isAudited ?? false
    }

    /// Who found the sums of a worker's leaves not finite, by now.
    func finder(ofLeavesOf worker: WorkerID) -> Claim.Finder? {
        claims[worker].flatMap { assignments[$0.leaves.lowerBound] }?.finders.first
    }

    /// Takes note that the sums of what a worker was given are in the tree.
    package mutating func onSums(from worker: WorkerID) {
        if let claim = claims[worker] { settle(claim.leaves.lowerBound) }
    }

    /// The leaves are summed: whoever computes them still does it for nothing.
    private mutating func settle(_ first: Int) {
        guard let assignment = assignments.removeValue(forKey: first) else { return }
        for worker in assignment.workers { claims[worker] = nil }
        leavesLeft -= assignment.leaves.count
    }

    /// Takes note of an answer that has to be compared with another one; where two agree, the leaves are done.
    mutating func onAnswer(_ mark: String, from worker: WorkerID, named name: String) -> Verdict {
        guard let claim = release(worker) else { return .awaited }
        let first = claim.leaves.lowerBound
        let answer = Claim.Answer(
            claim: claim.id, leaves: claim.leaves, worker: worker, name: name, mark: mark)
        guard var assignment = assignments[first] else { return .awaited }
        assignment.answers.append(answer)
        assignments[first] = assignment
        if assignment.finders.isEmpty {
            guard let other = assignment.answers.first, other != answer else { return .awaited }
            if other.mark == mark {
                settle(first)
                return .agreed(other, answer)
            }
        }
        dispute(first)
        return .disputed
    }

    /// Takes note that a worker found sums of what it was given not to be finite.
    ///
    /// - Returns: `disputed` where that was found before, or another worker's sums are finite.
    package mutating func onNotFinite(from worker: WorkerID, named name: String) -> Verdict {
        guard let claim = release(worker), let assignment = assignments[claim.leaves.lowerBound] else {
            return .awaited
        }
        let first = claim.leaves.lowerBound
        assignments[first]?.finders.append(Claim.Finder(worker: worker, name: name))
        if assignment.finders.isEmpty, assignment.answers.isEmpty { return .awaited }
        dispute(first)
        return .disputed
    }

    private mutating func dispute(_ first: Int) {
        for worker in assignments[first]?.workers ?? [] { claims[worker] = nil }
        assignments[first]?.workers = []
        assignments[first]?.isDisputed = true
    }

    /// Takes a worker's claim from it; others may have the same leaves.
    mutating func release(_ worker: WorkerID) -> Claim? {
        guard let claim = claims.removeValue(forKey: worker) else { return nil }
        assignments[claim.leaves.lowerBound]?.workers.removeAll { $0 == worker }
        return claim
    }

    /// Takes note of what the coordinator's own sums of disputed leaves are.
    ///
    /// Where an answer is the same, the leaves are done; otherwise they are given out again.
    ///
    /// - Parameters:
    ///   - leaves: the leaves.
    ///   - mark: what tells their sums; nil where they are not finite.
    /// - Returns: the answer that is right, and who said otherwise: of sums, or that they are not finite; nil where
    ///   nothing of these leaves is disputed.
    mutating func onSettled(
        _ leaves: Range<Int>, mark: String?
    ) -> (right: Claim.Answer?, lied: [Claim.Answer], found: [Claim.Finder])? {
        let first = leaves.lowerBound
        guard let assignment = assignments[first], assignment.isDisputed, assignment.leaves == leaves else {
            return nil
        }
        let right = assignment.answers.first { $0.mark == mark }
        if right == nil {
            assignments[first] = nil
            reopen(leaves)
        } else {
            settle(first)
        }
        return (right, assignment.answers.filter { $0.mark != mark }, mark == nil ? [] : assignment.finders)
    }
}
