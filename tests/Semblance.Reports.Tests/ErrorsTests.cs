using Semblance.Index;
using Semblance.Lab;
using Semblance.Networks;
using Xunit;

namespace Semblance.Reports.Tests;

public sealed class ErrorsTests
{
    [Fact]
    public void Codes_are_told_apart_and_their_numbers_are_of_the_contract()
    {
        Assert.Equal(ErrorCode.All.Count, ErrorCode.All.Select(code => code.Name).Distinct().Count());
        Assert.All(ErrorCode.All, code => Assert.Matches("^[a-z]+(-[a-z]+)*$", code.Name));
        Assert.All(ErrorCode.All, code => Assert.Contains(code.ExitCode, (int[])[1, 2, 3, 4, 130]));
        Assert.All(ErrorCode.All, code => Assert.InRange(code.HttpStatus, 400, 599));
        Assert.All(ErrorCode.All, code => Assert.Same(code, ErrorCode.Find(code.Name)));
        Assert.Null(ErrorCode.Find("no-such-code"));
    }

    // The exit codes that scripts have known since the first version.
    public static TheoryData<Exception, string, int> Failures() => new()
    {
        { new GalleryException("x"), "bad-request", 2 },
        { new GalleryException("x") { Error = GalleryError.NoGallery }, "no-gallery", 2 },
        { new GalleryException("x") { Error = GalleryError.Damaged }, "gallery-damaged", 4 },
        { new GalleryException("x") { Error = GalleryError.Unreadable }, "input-output", 1 },
        { new GalleryRefusedException("x"), "gallery-refused", 3 },
        { new GalleryRefusedException("x") { Error = GalleryError.OtherModel }, "other-model", 3 },
        { new GalleryRefusedException("x") { Error = GalleryError.NoFile }, "gallery-refused", 3 },
        { new GalleryStorageException("x", new IOException()), "disk-full", 1 },
        { new FilterException(0, "a", "b"), "bad-filter", 2 },
        { new ModelException("x"), "bad-model", 2 },
        { new ModelException("x") { Error = ModelError.NoModel }, "no-model", 2 },
        { new OnnxException("x"), "network-failed", 1 },
        { new MeasurementException("x"), "bad-measurement", 2 },
        { new FileNotFoundException("x"), "input-output", 1 },
        { new UnauthorizedAccessException("x"), "input-output", 1 },
        { new PlatformNotSupportedException("x"), "input-output", 1 },
        { new OperationCanceledException(), "cancelled", 130 },
        { new InvalidOperationException("x"), "unexpected", 1 },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public void A_failure_has_its_code(Exception failure, string code, int exitCode) => Assert.Equal((code, exitCode), (Errors.Of(failure).Name, Errors.Of(failure).ExitCode));

    [Fact]
    public void Every_refusal_ends_with_3_and_no_other_fault_of_a_request_does_so_by_accident()
    {
        int[] ofRefusals = [.. Enum.GetValues<GalleryError>().Select(error => Errors.Of(new GalleryRefusedException("x") { Error = error }).ExitCode)];
        Assert.All(ofRefusals, code => Assert.Equal(3, code));
        Assert.All(Enum.GetValues<ModelError>(), error => Assert.Contains(Errors.Of(new ModelException("x") { Error = error }).ExitCode, (int[])[1, 2]));
    }

    [Fact]
    public void The_cause_is_looked_for_inside()
    {
        var cause = new GalleryException("x");
        Assert.Same(cause, Errors.Cause(new AggregateException(new TypeInitializationException("T", cause))));
        var several = new AggregateException(cause, new InvalidOperationException());
        Assert.Same(several, Errors.Cause(several));
    }

    [Fact]
    public void What_a_sentence_names_is_kept_as_data()
    {
        var failure = new GalleryException("There is no gallery in '/g'.") { Error = GalleryError.NoGallery, Details = new Dictionary<string, string> { ["folder"] = "/g" } };
        Assert.Equal("/g", Errors.DetailsOf(failure)["folder"]);
        Assert.Empty(Errors.DetailsOf(new VectorFileException("a", "b")));
    }
}
