using System.Diagnostics.CodeAnalysis;

namespace Semblance.Imaging;

/// <summary>A picture, or the reason why there is none.</summary>
public sealed class DecodeResult
{
    private DecodeResult(Picture? picture, DecodeFailure? failure)
    {
        Picture = picture;
        Failure = failure;
    }

    public Picture? Picture { get; }

    public DecodeFailure? Failure { get; }

    [MemberNotNullWhen(true, nameof(Picture))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Picture is not null;

    public static DecodeResult Success(Picture picture) => new(picture, null);

    public static DecodeResult Failed(DecodeFailureReason reason, string message) => new(null, new DecodeFailure(reason, message));
}

/// <summary>Why a picture could not be decoded.</summary>
/// <param name="Message">A sentence: what is wrong and what to do next. Names no file, the caller knows which one it was.</param>
public sealed record DecodeFailure(DecodeFailureReason Reason, string Message);

public enum DecodeFailureReason
{
    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>The content is of no picture format that is known here.</summary>
    NotAPicture,

    /// <summary>The header is good and pixels are missing.</summary>
    Truncated,

    /// <summary>More pixels than <see cref="DecodeOptions.MaxMegapixels"/>, or more bytes than the decoder reads.</summary>
    TooLarge,

    /// <summary>A picture format, and the loaded library cannot decode it.</summary>
    Unsupported,

    /// <summary>A format that can do more than show pixels, and is kept out for safety.</summary>
    Blocked,

    /// <summary>The file could not be read: permission, vanished, not a regular file.</summary>
    Unreadable,

    /// <summary>The format is known and the data contradicts it.</summary>
    Broken,

    /// <summary>All pixels come out as one colour, although the samples in the file differ.</summary>
    Flat,

    /// <summary>Decoding took longer than a picture may, and was stopped.</summary>
    TooSlow,

    /// <summary>The box asked for lies outside the picture.</summary>
    OutsideBox,
}
