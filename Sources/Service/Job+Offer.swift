import Coordination
import Upstream
import Wire

extension Job {
    /// The valid job that a coordinator offers.
    ///
    /// - Throws: `ServiceError` for one that this program does not know, or that can't be trained.
    init(offeredBy welcome: Welcome) throws {
        do {
            self = try Job(json: welcome.job)
        } catch let error as UpstreamError {
            throw ServiceError("the coordinator's job can't be computed here: \(error)")
        } catch {
            throw ServiceError("the coordinator's job can't be read; install the same ssrm on both machines")
        }
        do { try validate() } catch { throw ServiceError("the coordinator's job can't be trained: \(error)") }
    }
}

extension Training.Plan {
    /// What of a job its coordinator, or a relay, divides among workers.
    init(of job: Job, _ parts: VectorParts?) {
        self.init(
            leafCount: job.shardsPerStep, rounds: job.rounds, stepsPerRound: job.stepsPerRound,
            largestFigures: job.figures.map(\.largestPerLeaf), vectorCount: job.exchangeCount, parts: parts,
            roundsAtOnce: job.roundsAtOnce)
    }
}
