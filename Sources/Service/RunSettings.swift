/// What a run of the upstream stage is started with, beside its job.
package struct RunSettings: Sendable {
    /// The dataset file, which workers on this machine read too.
    package var data: String
    /// The run directory.
    package var folder: String
    /// The file of settings that replaced the preset, for the record.
    package var config: String?
    /// Subjects left out, as they were named, for the record.
    package var excludeSubjects: String?
    /// Whether the run goes on from the directory's newest checkpoint.
    package var resumes = false
    /// A second folder for its checkpoints, as a run directory has them; nil for none.
    package var checkpointCopy: String?
    /// Steps between lines in `metrics.jsonl`.
    package var reportEvery = 50
    /// Where a page shows the run while it goes on; nil for no page.
    package var status: StatusAddress?
    /// How the coordinator runs.
    package var coordinator: CoordinatorSettings
    /// The worker processes that the run starts itself; nil where somebody else does.
    package var workers: LocalWorkersSettings?
    /// Why they are so many, in one line that is said when they are started; nil to say nothing.
    package var workersReason: String?

    /// A run from its start, with workers that somebody else starts.
    package init(data: String, folder: String, coordinator: CoordinatorSettings) {
        (self.data, self.folder, self.coordinator) = (data, folder, coordinator)
    }
}
