import Checkpoints
import Coordination
import Messaging
import Numerics
import Upstream
import Wire

/// Answers that are compared, leaves that are computed here, and the way back to an earlier state.
extension CoordinatorShell {
    /// Keeps sums until another worker's answer for the same leaves has come.
    func hold(_ found: [LeafSum], of report: LeafReport, from worker: WorkerID, place: Int) -> [Training.Directive] {
        let mark = rounds[place].keep(found, of: report.claim)
        return training.onHeld(mark, from: worker, of: report.round, at: watch.elapsed)
    }

    /// The sums of a claim whose parts came ahead of their report, as a whole.
    func heldSums(
        of claim: UInt64, _ nodes: [LeafReport.Node], from worker: WorkerID, place: Int
    ) -> [LeafSum] {
        let all = rounds[place].held.removeValue(forKey: worker)
        let held = all.flatMap { $0.claim == claim ? $0.parts : nil } ?? []
        let count = parts.vectorCount
        return nodes.map { node in
            let whole = FloatBlock(count: count)
            for (leaves, part, vector) in held where leaves == node.leaves {
                (whole.base + parts[part].lowerBound).update(from: vector.base, count: vector.count)
            }
            return LeafSum(leaves: node.leaves, vector: whole, figures: node.figures)
        }
    }

    /// Takes sums that were kept into the tree.
    func takeAnswer(_ claim: UInt64) {
        guard let place = rounds.firstIndex(where: { $0.answers[claim] != nil }),
            let answer = rounds[place].answers.removeValue(forKey: claim)
        else { preconditionFailure("claim \(claim) has no sums to take") }
        // Others of the same leaves are not needed any more, and may be long.
        rounds[place].answers = rounds[place].answers.filter {
            $0.value.sums.first?.leaves != answer.sums.first?.leaves
        }
        for sum in answer.sums { rounds[place].sums.insert(sum.leaves, figures: sum.figures, vector: sum.vector) }
    }

    /// Has leaves computed here that workers disagree about, or that one alone answered for.
    ///
    /// Where something is in doubt, it is written down until that is done which checkpoints are: a run that ends
    /// meanwhile, of itself or not, is resumed from none of them.
    func settle(_ round: Int, _ leaves: Range<Int>) throws {
        let since = training.unbelievedSince(disputed: leaves, of: round)
        // What is made of the rounds in hand is in doubt, too; where a lone answer is looked at, nothing is.
        if since != nil || training.areDisputed(leaves, of: round) {
            doubt(from: min(since ?? state.round, state.round))
        }
        disputes.add(leaves, of: round)
        let referee = try self.referee ?? Referee(job: job, samples: samples, threads: Self.threads)
        self.referee = referee
        referee.compute(leaves, round: round, parameters: FloatBlock(copying: state.published(for: round)))
    }

    /// Tells the training what came of leaves that were computed here.
    func takeVerdicts() throws {
        for verdict in try referee?.takeVerdicts() ?? [] {
            // Where sums are looked through, they are looked at here as workers' are, or honest ones would be refuted.
            let isLookedThrough = training.isLookedThrough(verdict.round)
            let sums = verdict.sums.flatMap { sums in
                !isLookedThrough || sums.allSatisfy { $0.leavesRoom(among: job.shardsPerStep) } ? sums : nil
            }
            disputes.settle(verdict.leaves, of: verdict.round)
            // What was made of such a round before is settled without it.
            if let place = place(ofRound: verdict.round) {
                let mark = sums.map { rounds[place].mark(of: $0) }
                try perform(
                    training.onSettled(round: verdict.round, leaves: verdict.leaves, mark: mark, at: watch.elapsed))
            }
            if disputes.areSettled { endDoubt() }
        }
    }

    /// Has nobody rely on checkpoints since a round, or on those before that are in doubt already.
    private func doubt(from round: Int) {
        if disputes.doubt(since: round) { checkpoints.doubt(after: round * job.stepsPerRound) }
    }

    private func endDoubt() { if disputes.endDoubt() { checkpoints.endDoubt() } }

    /// Gives up what is done of the rounds in hand, and since the round `found`.
    ///
    /// Where rounds were made since, the run goes on from the last checkpoint in which nothing of them is, or from the
    /// start where there is none. Later checkpoints are removed: nobody is to believe them.
    func goBack(to found: Int) throws {
        let round = disputes.wayBack(to: found)
        state.giveUpParts()
        var record: AuditRecord?
        if round < state.round {
            isBelieved = false
            doubt(from: round)
            try renewPlaces()
            try checkpoints.dropLater(than: round * job.stepsPerRound)
            takeCheckpointEvents()
            let kept = try checkpoints.newest(of: job) { events.tell(.checkpointSkipped(reason: $0)) }
            record = kept?.record ?? AuditRecord()
            var state = kept?.state ?? TrainingState(startOf: job)
            if let memory { state.move(to: memory.blocks(of: job.exchangeCount)) }
            self.state = state
            sampleDoubt.end()
            isBelieved = true
        }
        // What is computed here still is of parameters that may be others by now.
        referee?.forget()
        disputes.forget()
        endDoubt()
        sent = [:]
        beginRounds()
        try perform(training.onWentBack(to: state.round, with: record, at: watch.elapsed))
    }
}
