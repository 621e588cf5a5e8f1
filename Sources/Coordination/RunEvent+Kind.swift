extension RunEvent {
    /// The kinds of events, by their names in files; such a name is never used for another kind.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case started
        case slowProducts = "slow_products"
        case checkpointSkipped = "checkpoint_skipped"
        case listening
        case joined
        case cameAgain = "came_again"
        case left
        case failed
        case silent
        case cutOff = "cut_off"
        case ended
        case notStarted = "not_started"
        case givenUp = "given_up"
        case deserted
        case lostWork = "lost_work"
        case otherArithmetic = "other_arithmetic"
        case comingsMuted = "comings_muted"
        case refused
        case refusalsMuted = "refusals_muted"
        case peerDropped = "peer_dropped"
        case peersMuted = "peers_muted"
        case peersDropped = "peers_dropped"
        case keysChanged = "keys_changed"
        case keysUnreadable = "keys_unreadable"
        case notFinite = "not_finite"
        case refuted
        case lied
        case wentBack = "went_back"
        case overdue
        case overdueMuted = "overdue_muted"
        case crewChanged = "crew_changed"
        case stepRepeated = "step_repeated"
        case stepDone = "step"
        case roundTimed = "round_timed"
        case samplesTouched = "samples_touched"
        case samplesConfirmed = "samples_confirmed"
        case checkpointWritten = "checkpoint_written"
        case checkpointCopied = "checkpoint_copied"
        case folderRestored = "folder_restored"
        case checkpointFailed = "checkpoint_failed"
        case checkpointMadeRoom = "checkpoint_made_room"
        case checkpointNotRemoved = "checkpoint_not_removed"
        case recordFailed = "record_failed"
        case stopped
        case brokenOff = "broken_off"
        case finished

        /// Whether a person should look at it: something went wrong, or may have.
        package var isProblem: Bool {
            switch self {
            case .slowProducts, .checkpointSkipped, .cameAgain, .failed, .silent, .cutOff, .ended, .notStarted,
                .givenUp, .lostWork, .otherArithmetic, .refused, .peerDropped, .keysUnreadable, .notFinite,
                .refuted,
                .lied, .wentBack, .stepRepeated, .folderRestored, .checkpointFailed, .checkpointMadeRoom,
                .checkpointNotRemoved, .recordFailed, .brokenOff:
                true
            case .started, .listening, .joined, .left, .deserted, .comingsMuted, .refusalsMuted, .peersMuted,
                .peersDropped,
                .keysChanged,
                .overdue, .overdueMuted, .crewChanged, .stepDone, .roundTimed, .samplesTouched, .samplesConfirmed,
                .checkpointWritten, .checkpointCopied, .stopped, .finished:
                false
            }
        }

        /// Whether a part of the run is over with it.
        var endsPart: Bool { self == .finished || self == .stopped || self == .brokenOff }

        /// Whether the worker that it names is not among the run's any more.
        package var removesWorker: Bool {
            switch self {
            case .cameAgain, .ended, .left, .failed, .silent, .refuted, .lied: true
            case .started, .slowProducts, .checkpointSkipped, .listening, .joined, .cutOff, .notStarted, .givenUp,
                .deserted, .lostWork, .otherArithmetic, .comingsMuted, .refused, .refusalsMuted, .peerDropped,
                .peersMuted,
                .peersDropped, .keysChanged, .keysUnreadable, .notFinite, .wentBack, .overdue, .overdueMuted,
                .crewChanged, .stepRepeated, .stepDone, .roundTimed, .samplesTouched, .samplesConfirmed,
                .checkpointWritten,
                .checkpointCopied, .folderRestored, .checkpointFailed, .checkpointMadeRoom, .checkpointNotRemoved,
                .recordFailed, .stopped, .brokenOff, .finished:
                false
            }
        }
    }

    /// What kind of event it is.
    package var kind: Kind {
        switch self {
        case .started: .started
        case .slowProducts: .slowProducts
        case .checkpointSkipped: .checkpointSkipped
        case .listening: .listening
        case .joined: .joined
        case .cameAgain: .cameAgain
        case .left: .left
        case .failed: .failed
        case .silent: .silent
        case .cutOff: .cutOff
        case .ended: .ended
        case .notStarted: .notStarted
        case .givenUp: .givenUp
        case .deserted: .deserted
        case .lostWork: .lostWork
        case .otherArithmetic: .otherArithmetic
        case .comingsMuted: .comingsMuted
        case .refused: .refused
        case .refusalsMuted: .refusalsMuted
        case .peerDropped: .peerDropped
        case .peersMuted: .peersMuted
        case .peersDropped: .peersDropped
        case .keysChanged: .keysChanged
        case .keysUnreadable: .keysUnreadable
        case .notFinite: .notFinite
        case .refuted: .refuted
        case .lied: .lied
        case .wentBack: .wentBack
        case .overdue: .overdue
        case .overdueMuted: .overdueMuted
        case .crewChanged: .crewChanged
        case .stepRepeated: .stepRepeated
        case .stepDone: .stepDone
        case .roundTimed: .roundTimed
        case .samplesTouched: .samplesTouched
        case .samplesConfirmed: .samplesConfirmed
        case .checkpointWritten: .checkpointWritten
        case .checkpointCopied: .checkpointCopied
        case .folderRestored: .folderRestored
        case .checkpointFailed: .checkpointFailed
        case .checkpointMadeRoom: .checkpointMadeRoom
        case .checkpointNotRemoved: .checkpointNotRemoved
        case .recordFailed: .recordFailed
        case .stopped: .stopped
        case .brokenOff: .brokenOff
        case .finished: .finished
        }
    }
}
