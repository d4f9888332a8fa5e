using System.Collections.ObjectModel;
using Semblance.Index;
using Semblance.Lab;
using Semblance.Networks;

namespace Semblance.Reports;

/// <summary>Which code an exception has: the one place that knows.</summary>
public static class Errors
{
    /// <summary>The exception that tells most: of an aggregate with one member that, of a type's initialiser its cause.</summary>
    public static Exception Cause(Exception failure)
    {
        while (true)
        {
            switch (failure)
            {
                case AggregateException { InnerExceptions: [var only] }:
                    failure = only;
                    break;
                // A setting that is read when a type is first used, such as SEMBLANCE_SIMD, says its sentence inside.
                case TypeInitializationException { InnerException: { } cause }:
                    failure = cause;
                    break;
                default:
                    return failure;
            }
        }
    }

    /// <summary>The code; <see cref="ErrorCode.Unexpected"/> for what nobody foresaw, whose message is for developers.</summary>
    public static ErrorCode Of(Exception failure) => failure switch
    {
        FilterException => ErrorCode.BadFilter,
        GalleryStorageException => ErrorCode.DiskFull,
        GalleryException gallery => Of(gallery),
        ModelException model => Of(model.Error),
        MeasurementException or VectorFileException => ErrorCode.BadMeasurement,
        OnnxException => ErrorCode.Network,
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or IOException or PlatformNotSupportedException => ErrorCode.Input,
        OperationCanceledException => ErrorCode.Cancelled,
        _ => ErrorCode.Unexpected,
    };

    /// <summary>The names that the message is about; empty where it names none.</summary>
    public static IReadOnlyDictionary<string, string> DetailsOf(Exception failure) => failure switch
    {
        GalleryException gallery => gallery.Details,
        ModelException model => model.Details,
        _ => ReadOnlyDictionary<string, string>.Empty,
    };

    // A refusal stays one, whatever it is about: scripts go by the exit code.
    private static ErrorCode Of(GalleryException failure) =>
        Of(failure.Error) is { } code && (failure is not GalleryRefusedException || code.ExitCode == ErrorCode.GalleryRefused.ExitCode) ? code : ErrorCode.GalleryRefused;

    private static ErrorCode Of(GalleryError error) => error switch
    {
        GalleryError.NoGallery => ErrorCode.NoGallery,
        GalleryError.EmptyGallery => ErrorCode.EmptyGallery,
        GalleryError.NoPicture => ErrorCode.NoPicture,
        GalleryError.NoFile => ErrorCode.NoFile,
        GalleryError.BadQuery => ErrorCode.BadQuery,
        GalleryError.NoWords => ErrorCode.Unsupported,
        GalleryError.BadFilter => ErrorCode.BadFilter,
        GalleryError.BadPicture => ErrorCode.BadPicture,
        GalleryError.Unreachable => ErrorCode.Unreachable,
        GalleryError.BadLabels => ErrorCode.BadLabels,
        GalleryError.Damaged => ErrorCode.GalleryDamaged,
        GalleryError.Unreadable => ErrorCode.Input,
        GalleryError.OtherModel or GalleryError.RetiredModel or GalleryError.ChangedModel => ErrorCode.OtherModel,
        GalleryError.GalleryExists or GalleryError.FileExists => ErrorCode.GalleryExists,
        GalleryError.ReadOnly or GalleryError.CannotMigrate => ErrorCode.GalleryReadOnly,
        GalleryError.Locked => ErrorCode.GalleryLocked,
        GalleryError.Newer => ErrorCode.GalleryNewer,
        GalleryError.Foreign => ErrorCode.GalleryForeign,
        GalleryError.FolderEmptied => ErrorCode.FolderEmptied,
        _ => ErrorCode.BadRequest,
    };

    private static ErrorCode Of(ModelError error) => error switch
    {
        ModelError.NoModel => ErrorCode.NoModel,
        ModelError.Retired => ErrorCode.RetiredModel,
        ModelError.DiskFull => ErrorCode.DiskFull,
        ModelError.Unreachable => ErrorCode.Unreachable,
        _ => ErrorCode.BadModel,
    };
}
