import type { Request, RequestHandler, Response } from 'express'
import type { Options } from 'multer'
import multer, { MulterError } from 'multer'
import { refuse } from './errors.ts'

/** Takes in the one file of a multipart form, and the form's fields to `request.body`. */
export type FormFile = (request: Request, response: Response) => Promise<void>

/** Names in forms are UTF-8, https://www.rfc-editor.org/rfc/rfc7578#section-5.1; the library reads them as Latin-1 unless it is told so. */
export const formReader = (options: Options): multer.Multer => multer({ ...options, defParamCharset: 'utf8' })

/**
 * Has a handler of `formReader` read a form. Throws what the handler meets; a file over `largest` bytes is refused with 413, which says how much is
 * taken.
 */
export const readForm =
  (receive: RequestHandler, field: string, largest: number): FormFile =>
  async (request, response) => {
    try {
      await new Promise<void>((resolve, reject) => {
        receive(request, response, (error: unknown) => {
          if (error === undefined || error === null) resolve()
          else reject(error instanceof Error ? error : new Error('The upload failed.'))
        })
      })
    } catch (error) {
      if (error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE')
        refuse(413, field, `The file is too large: at most ${String(largest)} bytes are taken.`)
      throw error
    }
  }
