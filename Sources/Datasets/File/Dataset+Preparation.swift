import Foundation
import Numerics
public import Signals

extension Dataset {
    /// What is still to be done to the samples for something that takes them so prepared: all of it, or nothing where
    /// the dataset is prepared like this already.
    ///
    /// - Throws: `DatasetError.unsuitable` for samples that can't be prepared so, and for those that were prepared in
    ///   another way.
    public func preparationLeft(for preparation: Preparation) throws(DatasetError) -> Preparation {
        if preparation == .none { return .none }  // whoever asks for nothing takes what there is
        if let done = self.preparation {
            guard done == preparation else {
                throw .unsuitable(
                    path: path,
                    reason: "its samples are prepared already, as \(done.summary), and \(preparation.summary) is asked "
                        + "for: use the datasets that it was made of")
            }
            return .none
        }
        do throws(SettingFault) {
            // Columns of a table that are a map have names, too.
            try preparation.validate(
                rows: samples.rows, columns: samples.columns, content: frame == nil ? content : [])
        } catch {
            throw .unsuitable(path: path, reason: "\(error)")
        }
        return preparation
    }

    /// The samples, prepared.
    ///
    /// - Parameters:
    ///   - preparation: how.
    ///   - threads: how many may work on it; the bits are the same for any number.
    /// - Returns: all samples, in their order.
    /// - Throws: as `preparationLeft(for:)`.
    public func samples(prepared preparation: Preparation, threads: Int) throws(DatasetError) -> PreparedSamples {
        try preparationLeft(for: preparation).prepared(samples, frame: frame, threads: threads)
    }
}

extension Preparation {
    /// Its kind and its settings in one line, like `map (centred true, …)`.
    public var summary: String {
        // Settings are one flat mapping, so its JSON without marks can be read.
        let settings = DatasetLayout.json(of: self).replacing(#/"kind":"[^"]*",?/#, with: "")
            .replacing(#/,?}$|["{]/#, with: "").replacing(":", with: " ").replacing(",", with: ", ")
        return settings.isEmpty ? kind : "\(kind) (\(settings))"
    }
}

extension DatasetLayout {
    /// The preparation that metadata speak of.
    static func preparation(
        in metadata: [String: String], _ refusal: (String) -> DatasetError
    ) throws(DatasetError) -> Preparation? {
        guard let text = metadata[preparationKey] else { return nil }
        do {
            let preparation = try JSONDecoder().decode(Preparation.self, from: Data(text.utf8))
            try preparation.validate()
            return preparation
        } catch let fault as SettingFault {
            throw refusal("how its samples were prepared is not known here: \(fault)")
        } catch {
            throw refusal("how its samples were prepared can't be read from its metadata")
        }
    }

    /// The frame that metadata speak of, or that a dataset of this kind has which says nothing: older ones of pmd.
    static func frame(
        in metadata: [String: String], kind: String, _ refusal: (String) -> DatasetError
    ) throws(DatasetError) -> MapFrame? {
        guard let text = metadata[frameKey] else { return MapFrame(ofKind: kind) }
        guard let frame = try? JSONDecoder().decode(MapFrame.self, from: Data(text.utf8)), frame.baseline.isFinite
        else {
            throw refusal("how its maps lie can't be read from its metadata")
        }
        return frame
    }
}
