import Foundation
import Numerics

/// Takes settings apart into the values of a preset file, and makes settings of such values.
///
/// The coding keys of a type of settings are their names in files. So a kind of network or task needs no line here.
enum SettingsCoder {
    /// The values of settings by name; those that are nil are not there.
    static func values(of settings: some Encodable) -> [String: PresetValue] {
        do { return try recoded(settings, as: [String: PresetValue].self) } catch {
            preconditionFailure("settings that no preset file can have: \(error)")
        }
    }

    /// Settings of a type from their values.
    ///
    /// - Returns: the settings, and what their type asked for, in its order.
    /// - Throws: `SettingFault` for a value that is missing or of another kind, or what the type itself throws.
    static func settings<Settings: Decodable>(
        _ type: Settings.Type, from values: [String: PresetValue]
    ) throws -> (settings: Settings, keys: [SettingsKey]) {
        let source = SettingsSource(values: values)
        return (try Settings(from: SettingsDecoder(source: source)), source.keys)
    }
}

/// A setting as its type asks for it.
struct SettingsKey: Equatable {
    /// Its name.
    let name: String
    /// Whether it may be missing.
    let isOptional: Bool
}

/// What a decoder reads from, and what it was asked for.
private final class SettingsSource {
    let values: [String: PresetValue]
    private(set) var keys: [SettingsKey] = []

    init(values: [String: PresetValue]) { self.values = values }

    func note(_ name: String, isOptional: Bool) {
        if !keys.contains(where: { $0.name == name }) { keys.append(SettingsKey(name: name, isOptional: isOptional)) }
    }
}

/// Decodes one mapping of settings.
private struct SettingsDecoder: Decoder {
    let source: SettingsSource
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(SettingsContainer<Key>(source: source))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw notFlat }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw notFlat }
}

/// The mapping under one type's keys.
private struct SettingsContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let source: SettingsSource
    let codingPath: [any CodingKey] = []
    var allKeys: [Key] { source.values.keys.compactMap { Key(stringValue: $0) } }

    /// Asked before a value that may be missing.
    func contains(_ key: Key) -> Bool {
        source.note(key.stringValue, isOptional: true)
        return source.values[key.stringValue] != nil
    }

    func decodeNil(forKey key: Key) -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let name = key.stringValue
        source.note(name, isOptional: false)
        let value = source.values[name]
        if let value, value.isPlain, let decoded = value.itself as? Value ?? (try? recoded(value, as: type)) {
            return decoded
        }
        throw SettingFault(name, value?.description ?? "missing", wanted: words(for: type))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> { throw notFlat }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw notFlat }
    func superDecoder() throws -> any Decoder { throw notFlat }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw notFlat }
}

/// A value through JSON as one of another type; numbers that are none come through it, to be refused where limits are
/// looked at.
private func recoded<Value: Decodable>(_ value: some Encodable, as type: Value.Type) throws -> Value {
    let (infinity, minusInfinity, nan) = ("\u{E000}inf", "\u{E000}-inf", "\u{E000}nan")  // nobody writes such texts
    let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: infinity, negativeInfinity: minusInfinity, nan: nan)
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: infinity, negativeInfinity: minusInfinity, nan: nan)
    return try decoder.decode(type, from: encoder.encode(value))
}

private let notFlat = DecodingError.dataCorrupted(
    DecodingError.Context(codingPath: [], debugDescription: "settings are one mapping of plain values"))

/// What a value of a type may be, to follow "use".
private func words(for type: Any.Type) -> String {
    if let list = type as? any ListOfValues.Type {
        let element = list.elementType
        if element == Int.self { return "a list of whole numbers like [128]" }
        return "a list of \(choices(of: element)?.joined(separator: ", ") ?? words(for: element) + "s")"
    }
    if let choices = choices(of: type) { return choices.joined(separator: " or ") }
    switch type {
    case is any BinaryInteger.Type: return "a whole number"
    case is any BinaryFloatingPoint.Type: return "a number"
    case is Bool.Type: return "true or false"
    default: return "a text"
    }
}

private func choices(of type: Any.Type) -> [String]? {
    func names<Choice: CaseIterable & RawRepresentable>(_ type: Choice.Type) -> [String] {
        type.allCases.map { "\($0.rawValue)" }
    }
    return (type as? any (CaseIterable & RawRepresentable).Type).map { names($0) }
}

private protocol ListOfValues {
    static var elementType: Any.Type { get }
}

extension Array: ListOfValues {
    fileprivate static var elementType: Any.Type { Element.self }
}
