/// What bytes from elsewhere are read by: none may trap, hang, or take more memory than it says.
enum Decoder: String, CaseIterable {
    // MARK: - From the network

    /// A message's header, with its checksum made right, and two frames behind it.
    case wire
    /// A message's header as it comes.
    case header
    /// What a peer sends before and around messages, readable and sealed, in pieces.
    case framing
    /// A list of keys.
    case keys
    /// A job's JSON.
    case job

    // MARK: - Files that this program writes

    /// A safetensors file as it comes.
    case tensors
    /// A dataset, its length and digest made right.
    case dataset
    /// A checkpoint and the encoder in it, likewise.
    case checkpoint
    /// A model and the page about it, likewise.
    case model
    /// A run's metrics, events and job, as `status`, `inspect` and `report` read them.
    case run
    /// CSV of predictions and the page about it.
    case answers
    /// JSON of an evaluation, of a label curve or of plain tools, and the page about it.
    case figures

    // MARK: - Recordings

    /// EDF, EDF+ and BDF: header, annotations, values, and the dataset made of them.
    case edf
    /// A night's stages as EDF+ annotations, tables of events or lines of text.
    case hypnogram
    /// The same as XML.
    case xml
    /// Annotations in the format of WFDB, alone and beside a record of sleepbrl.
    case annotations
    /// A record of slpdb: header, beats and stages as text.
    case beats
    /// A night of sleep-accel: stages, heart rate and acceleration as text.
    case wrist
    /// A table of numbers.
    case numbers
    /// CSV with a row for each sample.
    case table
    /// CSV with times.
    case timed

    // MARK: - What a person writes

    /// A file of settings in YAML.
    case settings
    /// CSV of when recordings begin.
    case starts

    /// Reads an input.
    ///
    /// What is in several files stands in one input, with a byte 0xFF, which no text has, between two.
    func read(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .wire: NetworkInputs.message(sealing: bytes)
        case .header: NetworkInputs.message(bytes)
        case .framing: NetworkInputs.framing(bytes)
        case .keys: NetworkInputs.keys(bytes)
        case .job: NetworkInputs.job(bytes)
        case .tensors: OwnFiles.tensors(bytes)
        case .dataset: OwnFiles.dataset(bytes)
        case .checkpoint: OwnFiles.checkpoint(bytes)
        case .model: OwnFiles.model(bytes)
        case .run: ReportedFiles.run(bytes)
        case .answers: ReportedFiles.answers(bytes)
        case .figures: ReportedFiles.figures(bytes)
        case .edf: RecordedFiles.edf(bytes)
        case .hypnogram, .xml: RecordedFiles.hypnogram(bytes)
        case .annotations: RecordedFiles.annotations(bytes)
        case .beats: RecordedFiles.beats(bytes)
        case .wrist: RecordedFiles.wrist(bytes)
        case .numbers: RecordedFiles.numbers(bytes)
        case .table: RecordedFiles.table(bytes)
        case .timed: RecordedFiles.timed(bytes)
        case .settings: ReportedFiles.settings(bytes)
        case .starts: ReportedFiles.starts(bytes)
        }
    }
}
