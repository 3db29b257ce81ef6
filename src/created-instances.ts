import type { AxiosInstance, CreateAxiosDefaults } from 'axios'
import { addParent, attachmentsOf, intercept } from './attachments.js'

/**
 * Replaces `instance.create`. An instance that it returns looks up the attachments of `instance` at
 * each request. The parent keeps no reference to it, so that it can be garbage collected.
 */
export function replaceCreate(instance: AxiosInstance): void {
  const attachments = attachmentsOf(instance)
  attachments.restoreCreate()
  const original = instance.create
  const create = (...args: [CreateAxiosDefaults?]): AxiosInstance => {
    const created = original.apply(instance, args)
    try {
      // A mocked create() may return anything.
      if (Object(created).interceptors?.request) {
        addParent(created, instance)
        intercept(created)
        replaceCreate(created)
      }
    } catch {
      // It is frozen, or a mock.
    }
    return created
  }
  instance.create = create
  attachments.restoreCreate = () => {
    if (instance.create === create) instance.create = original
  }
}
