extension PresetSettings {
    /// Why a setting has no effect on a recogniser, trained or evaluated with these; nil where it may have one.
    ///
    /// - Parameter path: a setting's name in preset files, like `upstream.learning_rate`.
    /// - Returns: the end of a line, like `nothing is pre-trained where recogniser.encoder is none`.
    public func reasonWithoutEffect(of path: String) -> String? {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        let encoder = recogniser.encoder
        let here = "where recogniser.encoder is \(encoder.rawValue)"
        if parts[0] == "upstream" {
            if encoder.needsEncoder { return nil }
            // Samples are prepared all the same, and a body that starts from nothing is the network's.
            let used = encoder.trainsBody ? ["preparation", "network"] : ["preparation"]
            let isUsed = PresetPart.all.contains { part in
                part.section == parts[0] && part.kindName.map(used.contains) ?? false
                    && part.keys(self).contains { $0.name == parts[1] }
            }
            return isUsed ? nil : "nothing is pre-trained \(here)"
        }
        let isTaught = (recogniser.selfTrainingSteps ?? 0) > 0
        switch parts[1] {
        case "encoder_learning_rate" where !encoder.trainsBody && !isTaught: return "no encoder is trained on \(here)"
        case "epochs" where recogniser.steps > 0:
            return "recogniser.steps is \(recogniser.steps) and says how long it trains; with 0 the epochs do"
        case "recording_scaling" where encoder != .frozen && !isTaught:
            return "it is for the features of a frozen encoder, and recogniser.encoder is \(encoder.rawValue)"
        default: return nil
        }
    }
}

extension [NamedSettings] {
    /// Why none of them makes use of a setting; nil where one may.
    ///
    /// - Parameter path: the setting's name in preset files; what follows a blank or `=` is left out.
    /// - Returns: the end of a line.
    package func reasonWithoutEffect(of path: some StringProtocol) -> String? {
        let name = String(path.prefix { $0 != "=" && $0 != " " })
        let reasons = compactMap { $0.values.reasonWithoutEffect(of: name) }
        return reasons.count == count ? reasons.first : nil
    }
}

extension Evaluation {
    /// The values that are not the preset's and that some of its recognisers make use of, as `NamedSettings.changes`.
    var changes: [String] {
        let tried = candidates.isEmpty ? [settings] : candidates.map(\.settings)
        return settings.changes.filter { change in
            tried.reasonWithoutEffect(of: change) == nil
                && !tried.allSatisfy { $0.changesWithoutTrees(classes: classes.count).contains(change) }
        }
    }
}
