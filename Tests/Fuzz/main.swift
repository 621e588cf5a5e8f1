import CFuzz
import Foundation

// What a decoder makes of bytes that libFuzzer makes up; `Scripts/fuzz` builds and runs it.
//
// The first word is the decoder's name; one that is none has all of them listed. The others are libFuzzer's.
var words = CommandLine.arguments
guard words.count > 1, let named = Decoder(rawValue: words.remove(at: 1)) else {
    print(Decoder.allCases.map(\.rawValue).joined(separator: " "))
    exit(0)
}
nonisolated(unsafe) let decoder = named
var count = Int32(words.count)
var texts: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
let status = texts.withUnsafeMutableBufferPointer { texts in
    var start = texts.baseAddress
    return LLVMFuzzerRunDriver(&count, &start) { bytes, count in
        decoder.read(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    }
}
exit(status)
