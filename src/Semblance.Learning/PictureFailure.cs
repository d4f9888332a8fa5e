namespace Semblance.Learning;

/// <summary>A picture, or a whole class, that was left out.</summary>
/// <param name="Name">Its name within the data set.</param>
/// <param name="Message">A sentence: what is wrong and what to do next.</param>
public sealed record PictureFailure(string Name, string Message);
