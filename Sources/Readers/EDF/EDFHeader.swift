import Checkpoints
import Datasets
import Foundation

/// The header of an EDF or BDF file.
///
/// What decides about the values is read strictly and refused with its byte. What does not (a date's separators, a
/// person's fields that are no EDF+ ones, the letters of a month) is read all the same, and a note says so. The layout
/// is that of Kemp et al., "A simple format for exchange of digitized polygraphic recordings", Electroencephalogr.
/// clin. Neurophysiol. 82 (1992), and of EDF+ (Kemp and Olivan 2003).
struct EDFHeader {
    /// One signal of the file, annotations too.
    struct Signal {
        let name: String
        let unit: String
        /// Physical units of a step, and steps from a digital 0 to a physical one: `bit * (offset + digital)`.
        var bit: Double
        var offset: Double
        /// What a sample can be; one beyond is taken for the nearest of these, as edflib does.
        var digital: ClosedRange<Int32>
        /// Samples in a data record.
        let sampleCount: Int
        /// Where the signal begins in a data record, in bytes.
        let byteOffset: Int
        let isAnnotations: Bool
        /// Why its values can't be known; nil for a signal that can be read.
        var flaw: DatasetError?
    }

    /// No recording is longer: thirty years, in seconds.
    private static let longest = 1e9
    private static let annotationNames: Set = ["EDF Annotations", "BDF Annotations"]

    let path: String
    /// Bytes of a sample: two, or three in BDF.
    let sampleBytes: Int
    let isPlus: Bool
    let isDiscontinuous: Bool
    let recordCount: Int
    let recordSeconds: Double
    let recordBytes: Int
    let byteCount: Int
    let signals: [Signal]
    /// Who was recorded, as far as an EDF+ file says.
    let patient: EDFPatient
    let date: EDFDate
    /// What was read though it is not as the format has it.
    let notes: [String]

    /// Reads a file's header and compares it with the file's size.
    ///
    /// - Throws: `DatasetError.malformed`.
    init(of file: RegularFile) throws(DatasetError) {
        path = file.path
        let fields = try EDFFields(of: file)
        sampleBytes = fields.isBDF ? 3 : 2
        byteCount = fields.byteCount
        try fields.checkCharacters()

        var signals: [Signal] = []
        var recordBytes = 0
        for index in 0..<fields.signalCount {
            let signal = try Self.signal(index, at: recordBytes, fields)
            recordBytes += signal.sampleCount * sampleBytes
            signals.append(signal)
        }
        guard recordBytes > 0 else {
            throw fields.failure(fields.place(216, 8, 0), "no signal has samples")
        }
        (self.signals, self.recordBytes) = (signals, recordBytes)

        recordSeconds = try fields.decimal(at: 244, "duration of a data record")
        guard
            recordSeconds > 0 || (recordSeconds == 0 && signals.allSatisfy { $0.isAnnotations || $0.sampleCount == 0 })
        else {
            throw fields.failure(244, "data records of \(recordSeconds) s can't hold signals")
        }
        recordCount = try Self.recordCount(fields, recordBytes: recordBytes, held: file.byteCount - byteCount)
        guard recordSeconds * Double(recordCount) <= Self.longest else {
            throw fields.failure(244, "\(recordCount) data records of \(recordSeconds) s are more than 30 years")
        }

        let kind = fields.text(at: 192, length: 44)
        let saysPlus = kind.hasPrefix("EDF+") || kind.hasPrefix("BDF+")
        isDiscontinuous = saysPlus && kind.dropFirst(4).first == "D"
        isPlus = saysPlus || signals.contains(where: \.isAnnotations)
        var notes = fields.notes
        if saysPlus, !signals.contains(where: \.isAnnotations) {
            notes.append("byte 192: it says \(kind.prefix(5)), but has no annotations")
        } else if isPlus, !saysPlus {
            notes.append("byte 192: it does not say EDF+, but has annotations, which are read")
        }
        let person = fields.text(at: 8, length: 80)
        patient = saysPlus ? EDFPatient(person, notes: &notes) : EDFPatient(freeText: person)
        date = try EDFDate(
            fields.text(at: 168, length: 8), time: fields.text(at: 176, length: 8),
            recording: saysPlus ? fields.text(at: 88, length: 80) : nil, path: path, notes: &notes)
        self.notes = notes
    }

    private static func signal(_ index: Int, at recordByte: Int, _ fields: EDFFields) throws(DatasetError) -> Signal {
        let name = fields.text(at: fields.place(0, 16, index), length: 16)
        let countByte = fields.place(216, 8, index)
        let count = try fields.number(at: countByte, length: 8, "number of samples")
        let noSamples = fields.failure(countByte, "\(count) samples in a data record")
        guard (0...10_000_000).contains(count), count > 0 || !annotationNames.contains(name) else { throw noSamples }
        let isAnnotations = annotationNames.contains(name)
        var signal = Signal(
            name: name, unit: isAnnotations ? "" : fields.text(at: fields.place(96, 8, index), length: 8), bit: 1,
            offset: 0, digital: 0...0, sampleCount: count, byteOffset: recordByte, isAnnotations: isAnnotations)
        if isAnnotations { return signal }  // what else its header says has no meaning
        // Recorders write odd ranges, or no samples, for inputs that nothing was plugged into: only who wants their
        // values is refused.
        do throws(DatasetError) {
            if count == 0 { throw noSamples }
            (signal.bit, signal.offset, signal.digital) = try scale(index, fields)
        } catch { signal.flaw = error }
        return signal
    }

    /// How the samples of a signal become physical values.
    ///
    /// - Throws: `DatasetError.malformed` where its ranges can't be.
    private static func scale(
        _ index: Int, _ fields: EDFFields
    ) throws(DatasetError) -> (bit: Double, offset: Double, digital: ClosedRange<Int32>) {
        let physicalByte = fields.place(104, 8, index)
        let physical = try (
            fields.decimal(at: physicalByte, "physical minimum"),
            fields.decimal(at: fields.place(112, 8, index), "physical maximum")
        )
        guard physical.0 != physical.1 else {
            throw fields.failure(physicalByte, "physical minimum and maximum are the same")
        }
        let digitalByte = fields.place(120, 8, index)
        let digital = try (
            fields.number(at: digitalByte, length: 8, "digital minimum"),
            fields.number(at: fields.place(128, 8, index), length: 8, "digital maximum")
        )
        guard digital.0 < digital.1 else {
            throw fields.failure(digitalByte, "the digital minimum is not below the maximum")
        }
        let limit = fields.isBDF ? 1 << 23 : 1 << 15
        guard digital.0 >= -limit, digital.1 < limit else {
            let bits = fields.isBDF ? 24 : 16
            throw fields.failure(digitalByte, "samples from \(digital.0) to \(digital.1) do not fit in \(bits) bits")
        }
        let bit = (physical.1 - physical.0) / Double(digital.1 - digital.0)
        let offset = physical.1 / bit - Double(digital.1)
        guard offset.isFinite, max(abs(physical.0), abs(physical.1)) <= Double(Float.greatestFiniteMagnitude) else {
            throw fields.failure(
                physicalByte, "\(physical.0) to \(physical.1): beyond what 32-bit numbers hold")
        }
        return (bit, offset, Int32(digital.0)...Int32(digital.1))
    }

    private static func recordCount(_ fields: EDFFields, recordBytes: Int, held: Int) throws(DatasetError) -> Int {
        let promised = try fields.number(at: 236, length: 8, "number of data records")
        guard promised > 0 else {
            let why = promised == -1 ? "its recording was never finished" : "it has no data"
            throw fields.failure(236, "\(promised) data records (\(why)) where the file holds \(held / recordBytes)")
        }
        let needed = promised.multipliedReportingOverflow(by: recordBytes)
        guard !needed.overflow, needed.partialValue == held else {
            let isCut = needed.overflow || needed.partialValue > held
            let rest = held % recordBytes == 0 ? "" : " and \(held % recordBytes) bytes"
            throw fields.failure(
                fields.byteCount + (isCut ? held : needed.partialValue),
                "the header says \(promised) data records of \(recordBytes) bytes where the file holds "
                    + "\(held / recordBytes)\(rest)")
        }
        return promised
    }
}
